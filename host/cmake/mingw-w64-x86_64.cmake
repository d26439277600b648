# Windows x64 from Linux, with the distribution's mingw-w64 (msvcrt, not UCRT: NT 6.0 has no UCRT).
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(triplet x86_64-w64-mingw32)
include(${CMAKE_CURRENT_LIST_DIR}/mingw-w64.cmake)
