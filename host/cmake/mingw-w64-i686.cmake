# Windows x86 from Linux, with the distribution's mingw-w64 (msvcrt, not UCRT: NT 6.0 has no UCRT).
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR i686)
set(triplet i686-w64-mingw32)
include(${CMAKE_CURRENT_LIST_DIR}/mingw-w64.cmake)
# The tables for unwinding are a tenth of the executable on x86, and nothing unwinds C.
set(CMAKE_C_FLAGS_INIT -fno-asynchronous-unwind-tables)
