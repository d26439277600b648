#!/bin/sh
# The Windows executables: under 1.5 MiB, nothing imported but DLLs that every Windows since NT 6.0 has, and no function that
# came after it; of the kind they should be (PE32+ / PE32, console, subsystem 6.0, manifest inside).
set -eu
failed=0
fail() {
  echo "FAILED: $*"
  failed=1
}
dlls=" advapi32.dll kernel32.dll msvcrt.dll ole32.dll oleaut32.dll shell32.dll user32.dll version.dll ntdll.dll secur32.dll "

# Functions of those DLLs that NT 6.0 lacks, as far as somebody would be tempted to import them.
later=' CopyFile2 CreateFile2 GetSystemTimePreciseAsFileTime GetTickCount64Ex PrefetchVirtualMemory
  RaiseFailFastException TryAcquireSRWLockExclusive TryAcquireSRWLockShared GetLogicalProcessorInformationEx
  SetThreadGroupAffinity K32EnumProcesses K32GetModuleFileNameExW K32GetProcessImageFileNameW WaitOnAddress WakeByAddressAll
  IsWow64Process2 GetMachineTypeAttributes SetThreadDescription GetFirmwareType PathCchCombine GetPackageFullName
  RegLoadAppKey GetFileInformationByName SetProcessMitigationPolicy '

for preset in win64 win32; do
  exe=$TLSMEND_SOURCE/build/$preset/tlsmend.exe
  [ -f "$exe" ] || { fail "$exe is missing"; continue; }
  case $preset in
    win64) dump=x86_64-w64-mingw32-objdump format=pei-x86-64 ;;
    win32) dump=i686-w64-mingw32-objdump format=pei-i386 ;;
  esac
  headers=$($dump -p "$exe")
  size=$(wc -c <"$exe")
  echo "$preset: $size bytes"
  [ "$size" -lt 1572864 ] || fail "$preset: $size bytes, 1.5 MiB wanted"
  echo "$headers" | grep -q "file format $format" || fail "$preset: not $format"
  echo "$headers" | grep -Eq '^MajorSubsystemVersion[[:space:]]+6$' || fail "$preset: subsystem version is not 6"
  echo "$headers" | grep -q 'Windows CUI' || fail "$preset: not a console program"
  for guid in e2011457 35138b9a 4a2f28e3 1f676c76 8e0f7a12; do
    grep -aq "$guid" "$exe" || fail "$preset: no supportedOS $guid in the manifest"
  done
  for dll in $(echo "$headers" | sed -n 's/.*DLL Name: //p' | tr 'A-Z' 'a-z'); do
    echo "  imports $dll"
    case $dlls in *" $dll "*) ;; *) fail "$preset imports $dll" ;; esac
  done
  names=$(echo "$headers" | awk 'NF == 3 && $1 ~ /^[0-9a-f]+$/ && $2 ~ /^[0-9]+$/ {print $3}')
  [ "$(echo "$names" | wc -l)" -gt 50 ] || fail "$preset: the list of imported functions could not be read"
  for name in $later; do
    if echo "$names" | grep -qx "$name"; then fail "$preset imports $name, which NT 6.0 has not"; fi
  done
done
exit $failed
