/* Linked to the C tests: each is its own worker, so that a test that opens a stranger's runbook needs no installed command. Before
 * main, of which there are many. */
#include <tlsmend/tlsmend.h>

#ifdef _WIN32
#include <stdlib.h>

__attribute__((constructor)) static void become_worker(void) { tlsmend_worker(__argc, __argv); }
#else
/* What glibc gives to constructors. */
__attribute__((constructor)) static void become_worker(int argc, char **argv) { tlsmend_worker(argc, argv); }
#endif
