# To be sourced: llvm_tool TOOL puts the command into $tool that is LLVM's TOOL in the one version that judges this tree (others
# format and warn otherwise); without it the script leaves with 77 and a loud line.
llvm_version=14
llvm_tool() {
  for tool in "$1-$llvm_version" "$1"; do
    if "$tool" --version 2>/dev/null | grep -q "version $llvm_version\."; then return; fi
  done
  echo "SKIPPED: $0 needs $1 $llvm_version, the version that judges this tree: apt-get install $1-$llvm_version (Debian 12 has it)" >&2
  exit 77
}
