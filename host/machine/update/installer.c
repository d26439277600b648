/* The table of installer exit codes. What is done with a class stands in win32/install.c; the words are shown as they are. */
#include "machine/update/installer.h"

#include <stddef.h>

#define INSTALL_AGENT "start the service wuauserv (sc config wuauserv start= demand) and apply again"
#define AFTER_RESTART "restart the machine, then apply again"
#define LOOK_INTO_CBS "look into %windir%\\Logs\\CBS\\CBS.log"
#define ELEVATE       "run tlsmend from an elevated prompt"
#define PAYLOAD       "the files of the update decide"

static const installer_result results[] = {
    {0, INSTALLER_OK, "done", ""},
    {1, INSTALLER_AMBIGUOUS, "already installed, or not applicable (wusa before KB949545)", PAYLOAD},
    {2, INSTALLER_FAIL, "file not found", "check the path of the package"},
    {11, INSTALLER_FAIL, "the package is not of a format that DISM reads", "download the package again"},
    {50, INSTALLER_FAIL, "DISM does not support this on the running system", LOOK_INTO_CBS},
    {87, INSTALLER_FAIL, "the installer did not understand its options", LOOK_INTO_CBS},
    {740, INSTALLER_FAIL, "not elevated", ELEVATE},
    {1602, INSTALLER_FAIL, "cancelled by the user", "apply again"},
    {1618, INSTALLER_RETRY, "another installation is running", "wait for it to end, then apply again"},
    {1641, INSTALLER_OK_REBOOT, "done, and the installer has started a restart", ""},
    {1722, INSTALLER_RETRY, "the servicing service is not answering", "apply again in some minutes"},
    {3010, INSTALLER_OK_REBOOT, "done, complete after a restart", ""},
    {3011, INSTALLER_OK_REBOOT, "done, complete after a restart", ""},
    {0x00240005, INSTALLER_OK_REBOOT, "done, complete after a restart (WU_S_REBOOT_REQUIRED)", ""},
    {0x00240006, INSTALLER_OK_NO_CHANGE, "already installed (WU_S_ALREADY_INSTALLED)", ""},
    {0x00240007, INSTALLER_OK_NO_CHANGE, "already uninstalled (WU_S_ALREADY_UNINSTALLED)", ""},
    {0x80070002, INSTALLER_FAIL, "file not found", "check the path of the package"},
    {0x80070005, INSTALLER_FAIL, "access denied: not elevated, or a remote session",
     ELEVATE " on the machine itself"},
    {0x80070422, INSTALLER_FAIL, "the Windows Update service is disabled", INSTALL_AGENT},
    {0x80073712, INSTALLER_FAIL, "the component store is damaged",
     "repair it (DISM /RestoreHealth, KB947821), then apply again"},
    {0x80092004, INSTALLER_FAIL, "the signature is not understood: SHA-2 support is missing",
     "install KB4490628 and KB4474419 (Server 2008: KB4493730 and KB4474419) first"},
    {0x80240009, INSTALLER_RETRY, "another update operation is in progress", "apply again in some minutes"},
    {0x80240016, INSTALLER_FAIL, "not allowed now: another installation or a restart is pending",
     AFTER_RESTART},
    {0x80240017, INSTALLER_NOT_APPLICABLE,
     "not applicable: another Windows, a missing service pack or prerequisite, or replaced by a newer update",
     PAYLOAD},
    {0x8024001e, INSTALLER_RETRY, "the update service was stopping", "apply again in some minutes"},
    {0x800f081e, INSTALLER_AMBIGUOUS, "not applicable or already installed (CBS_E_NOT_APPLICABLE)", PAYLOAD},
    {0x800f0823, INSTALLER_FAIL, "a newer servicing stack is required",
     "install the servicing stack update of this Windows first"},
    {0x800f0830, INSTALLER_AMBIGUOUS, "the image refuses a package that it has already", PAYLOAD},
    {0x800f0838, INSTALLER_FAIL, "the package that this one builds on is missing",
     "install its prerequisite first"},
    {0x800f0902, INSTALLER_RETRY, "servicing is busy with another transaction",
     "apply again in some minutes"},
    {0x800f0922, INSTALLER_FAIL, "a step of the installation failed and was taken back", LOOK_INTO_CBS},
};

installer_result installer_classify(uint32_t code) {
  for (size_t i = 0; i < sizeof results / sizeof *results; i++)
    if (results[i].code == code)
      return results[i];
  return (installer_result){code, INSTALLER_FAIL, "an exit code that tlsmend does not know", LOOK_INTO_CBS};
}
