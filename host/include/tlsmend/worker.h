/*
 * tlsmend/worker.h: the process that strangers' runbooks run in. A part of <tlsmend/tlsmend.h>, which includes it.
 *
 * THE TWO WALLS
 *   A runbook that is not part of this library, and everything else that executes a stranger's text, runs in a child process: a
 *   worker. It is started with two pipes and nothing else, shuts itself in before it reads a byte, and can from then on only compute
 *   and ask. What it asks for is judged and done in your process, by the same guard that judges it there. So a slip in the
 *   interpreter (the first wall) gives a runbook nothing: no file, no network, no memory of yours. Runbooks that are
 *   part of the library run in your process, and so do the functions of your own modules and machines.
 *
 * WHICH PROGRAM THAT IS
 *   1. tlsmend_options.worker, if you name one: any program of this version that calls tlsmend_worker first.
 *   2. Your own program, if it has called tlsmend_worker itself. Best where tlsmend is linked into it: nothing else must be installed.
 *   3. The command `tlsmend` beside the library's file, in the bin of the same installation (PREFIX/lib, PREFIX/bin), or where this
 *      build is installed. One that other accounts could replace is not taken, unless they could replace the library too.
 *   Neither the environment nor the current folder is asked. With none of these, a stranger's runbook is refused (E_UNSUPPORTED), and the
 *   line says where a program was looked for. So is it where the system has no such wall.
 *
 * WITHOUT A WORKER
 *   tlsmend_options.in_process is your word that they run in your process, behind the first wall alone: for a process that is shut in
 *   by other means already (a container without anything to take), that may start no other, or that runs only texts
 *   which you would also run as programs. Limits of time and memory then hold as far as the interpreter itself keeps them.
 *
 * YOUR PROCESS
 *   Workers are waited for by their own numbers: handlers of SIGCHLD, and SIGCHLD ignored, are yours. SIGPIPE need not be
 *   ignored. Standard streams may be closed. A worker ends with the call or the session that it was started for.
 */
#ifndef TLSMEND_WORKER_H
#define TLSMEND_WORKER_H

#ifndef TLSMEND_H
#error "include <tlsmend/tlsmend.h>, which this is a part of"
#endif

#ifdef __cplusplus
extern "C" {
#endif

/*
 * For programs that can be a worker: call it first in main, before anything is opened or read and before a second thread is started.
 * Where this process was started as a worker it does that work and does not return. Otherwise it notes that this program can be its
 * own worker, for the whole process, and returns; nothing else changes.
 *
 *     int main(int argc, char **argv) {
 *       tlsmend_worker(argc, argv);
 *       ...
 *
 * Constructors of the program have run by then in a worker too: keep them free of effects. Its environment is empty: libraries are
 * found by the loader's own rules, an rpath or the program's folder, not by LD_LIBRARY_PATH. wmain and WinMain: hand over __argc
 * and __argv.
 */
TLSMEND_API void tlsmend_worker(int argc, char **argv);

/* Starts a worker as the options say (whatever their in_process), and renders what its wall is made of on this computer, a line each;
 * TEXT or JSON. Of the options only worker and language count. Free *out with tlsmend_text_free.
 * Errors: E_UNSUPPORTED (no program, or the system has no such wall), E_USAGE, E_FAILED. */
TLSMEND_API int tlsmend_wall(const tlsmend_options *options, tlsmend_format format, char **out,
                             tlsmend_error *error);

#ifdef __cplusplus
}
#endif
#endif
