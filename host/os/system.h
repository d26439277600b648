/* What each system gives to the functions of os/os.h that are the same on all of them but for a call or two. */
#ifndef TLSMEND_OS_SYSTEM_H
#define TLSMEND_OS_SYSTEM_H

#include <stdbool.h>

#include "base/names.h"
#include "os/os.h"

/* What os_file_stream reads at once. Larger pieces gain nothing. */
enum { OS_STREAM_PIECE = 1024 * 1024 };

/* The names in a folder, without "." and "..", in any order. *out is empty before, and the caller's also after an error. */
int system_dir_names(const char *path, name_list *out, tlsmend_error *error);

/* Gives a file in an open folder another name there, over what has it, durably. `to` is what errors name. */
int system_folder_rename(const os_folder *folder, const char *from, const char *to, tlsmend_error *error);

/* Waits until a stream can be read, or with `writing` written, or os_clock() says `deadline`. */
os_net_end system_net_wait(const os_net *net, bool writing, uint64_t deadline);

/* Sends or receives what can be at once: how many bytes that were, 0 if the other side has ended the stream. -1: *end says why,
 * OS_NET_DONE that it is only not ready. */
long system_net_send(os_net *net, const void *bytes, size_t size, os_net_end *end);
long system_net_receive(os_net *net, void *bytes, size_t room, os_net_end *end);

/* In a worker: what has come through its pipe, at least a byte and `size` at the most. 0: the parent has gone. */
size_t system_wall_read(void *bytes, size_t size);

/* Whether something has come. */
bool system_wall_waiting(void);

#endif
