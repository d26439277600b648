# Makes a small KB3140245 package of our own, an .msu as wusa takes it: a cabinet with an answer file and a payload cabinet.
# usage: sh msu.sh FOLDER, with $arch and $processor from prefix.sh    (writes FOLDER/windows6.1-kb3140245-$arch.msu)
# The payload registers the package with servicing and asks for a restart, as the real one does. Its state becomes "installed"
# only behind the restart, by a script that the payload brings and that RunOnce starts: real servicing works on after a restart
# too, and a resume has to wait for it. (Wine's wusa writes every REG_DWORD as 0, so the script writes the states.)
set -eu
folder=$1
work=$folder/msu-work
rm -rf "$work"
mkdir -p "$work/tlsmend-test-winhttp"

kb=KB3140245
identity() {
  printf '<assemblyIdentity name="%s" version="6.1.1.1" language="neutral" processorArchitecture="%s" publicKeyToken="31bf3856ad364e35"/>' "$1" "$processor"
}
cbs='HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing'
package="Package_for_$kb~31bf3856ad364e35~$processor~~6.1.1.1"

cat >"$work/windows6.1-kb3140245-$arch.xml" <<END
<?xml version="1.0" encoding="utf-8"?>
<unattend xmlns="urn:schemas-microsoft-com:unattend"><servicing><package action="install">$(identity "Package_for_$kb")<source location="%configsetroot%\\windows6.1-kb3140245-$arch.cab"/></package></servicing></unattend>
END

cat >"$work/update.mum" <<END
<?xml version="1.0" encoding="utf-8"?>
<assembly xmlns="urn:schemas-microsoft-com:asm.v3" manifestVersion="1.0">$(identity "Package_for_$kb")<package identifier="$kb" releaseType="Update"><update name="3140245-1"><component>$(identity tlsmend-test-winhttp)</component></update></package></assembly>
END

# Called by RunOnce without an argument: says "pending", starts itself behind the scenes, ends. That second one takes its time.
cat >"$work/tlsmend-test-winhttp/tlsmend-servicing.cmd" <<END
@echo off
set package=$cbs\\Packages\\$package
if "%1"=="finish" goto finish
reg.exe add "%package%" /v CurrentState /t REG_DWORD /d 0x60 /f
start /b cmd.exe /c C:\\windows\\tlsmend-servicing.cmd finish
goto end
:finish
ping.exe -n 6 127.0.0.1 >nul
reg.exe delete "$cbs\\RebootPending" /f
reg.exe add "%package%" /v CurrentState /t REG_DWORD /d 0x70 /f
:end
END
sed -i 's/$/\r/' "$work/tlsmend-test-winhttp/tlsmend-servicing.cmd"

cat >"$work/tlsmend-test-winhttp.manifest" <<END
<?xml version="1.0" encoding="utf-8"?>
<assembly xmlns="urn:schemas-microsoft-com:asm.v3" manifestVersion="1.0">$(identity tlsmend-test-winhttp)
<file name="tlsmend-servicing.cmd" sourceName="tlsmend-servicing.cmd" destinationPath="\$(runtime.windows)"/>
<registryKeys>
<registryKey keyName="$cbs\\Packages\\$package"><registryValue name="CurrentState" valueType="REG_DWORD" value="0x00000060"/><registryValue name="InstallClient" valueType="REG_SZ" value="tlsmend test"/></registryKey>
<registryKey keyName="$cbs\\RebootPending"/>
<registryKey keyName="HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\RunOnce"><registryValue name="servicing" valueType="REG_SZ" value="cmd.exe /c C:\\windows\\tlsmend-servicing.cmd"/></registryKey>
</registryKeys></assembly>
END

(cd "$work" && gcab -c windows6.1-kb3140245-$arch.cab update.mum tlsmend-test-winhttp.manifest tlsmend-test-winhttp/tlsmend-servicing.cmd)
(cd "$work" && gcab -c "$folder/windows6.1-kb3140245-$arch.msu" windows6.1-kb3140245-$arch.xml windows6.1-kb3140245-$arch.cab)
rm -rf "$work"
