/* The desktop: what other programs show, get and hold there. */
#include "wall/win32/win32.h"

static LRESULT CALLBACK hook(int code, WPARAM word, LPARAM data) {
  return CallNextHookEx(NULL, code, word, data);
}

WALL_ASK(clipboard_open, OpenClipboard(NULL))
WALL_ASK(shell, FindWindowW(L"Shell_TrayWnd", NULL))
WALL_ASK(keyboard_hook, SetWindowsHookExW(WH_KEYBOARD_LL, hook, GetModuleHandleW(NULL), 0))
WALL_ASK(any_hook, SetWindowsHookExW(WH_GETMESSAGE, hook, GetModuleHandleW(NULL), 0))
WALL_ASK(desktop, OpenDesktopW(L"Default", 0, FALSE, DESKTOP_CREATEWINDOW | DESKTOP_READOBJECTS))
WALL_ASK(own_desktop, CreateDesktopW(L"TlsmendWall", NULL, NULL, 0, GENERIC_ALL, NULL))
WALL_ASK(station, OpenWindowStationW(L"WinSta0", FALSE, WINSTA_ENUMDESKTOPS))
WALL_ASK(input_desktop, OpenInputDesktop(0, FALSE, DESKTOP_SWITCHDESKTOP))
WALL_ASK(atom, GlobalAddAtomW(L"TlsmendWall"))
/* Wine would obey, and end the test. */
WALL_ASK(leave, wall_on_wine() || ExitWindowsEx(EWX_LOGOFF, 0xffffffff))
WALL_ASK(setting, SystemParametersInfoW(SPI_SETBEEP, TRUE, NULL, 0))
WALL_ASK(hot_key, RegisterHotKey(NULL, 1, MOD_CONTROL | MOD_ALT, VK_F12))
WALL_ASK(lock, LockWorkStation())
WALL_ASK(broadcast, PostMessageW(HWND_BROADCAST, WM_NULL, 0, 0))

static long clipboard_take(void) {
  if (!OpenClipboard(NULL))
    return wall_error();
  BOOL emptied = EmptyClipboard();
  CloseClipboard();
  return emptied ? WALL_THROUGH : wall_error();
}

static long typed(void) {
  INPUT input = {.type = INPUT_KEYBOARD};
  input.ki.wVk = VK_F24;
  return SendInput(1, &input, sizeof input) ? WALL_THROUGH : wall_error();
}

static BOOL CALLBACK note(HWND window, LPARAM count) {
  (void)window;
  (*(int *)count)++;
  return TRUE;
}

static long windows(void) {
  int count = 0;
  EnumWindows(note, (LPARAM)&count);
  return count > 0 ? WALL_THROUGH : ERROR_ACCESS_DENIED;
}

const wall_attempt wall_screen[] = {
    {"open the clipboard", clipboard_open, WALL_REFUSED, 0, false},
    {"empty the clipboard", clipboard_take, WALL_REFUSED, 0, false},
    {"FindWindow", shell, WALL_REFUSED, 0, false},
    {"EnumWindows", windows, WALL_REFUSED, 0, false},
    {"PostMessage to all", broadcast, WALL_REFUSED, 0, false},
    {"SendInput", typed, WALL_REFUSED, 0, false},
    {"hook of the keyboard", keyboard_hook, WALL_REFUSED, 0, false},
    {"hook of all messages", any_hook, WALL_REFUSED, 0, false},
    {"OpenDesktop", desktop, WALL_REFUSED, 0, false},
    {"CreateDesktop", own_desktop, WALL_REFUSED, 0, false},
    {"OpenInputDesktop", input_desktop, WALL_REFUSED, 0, false},
    {"OpenWindowStation", station, WALL_REFUSED, 0, false},
    {"GlobalAddAtom", atom, WALL_REFUSED, 0, false},
    {"ExitWindowsEx", leave, WALL_REFUSED, 0, false},
    {"SystemParametersInfo", setting, WALL_REFUSED, 0, false},
    {"RegisterHotKey", hot_key, WALL_REFUSED, 0, false},
    {"LockWorkStation", lock, WALL_REFUSED, 0, false},
    {0},
};
