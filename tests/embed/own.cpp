// The same from C++: both headers compile, link and work there.
#include "own.c"
