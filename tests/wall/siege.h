/* What the siege asks its own system. */
#ifndef WALL_SIEGE_H
#define WALL_SIEGE_H

/* Before the first attack. */
void siege_begin(void);

/* NULL, or what an attack has left in the system: a process, a file. */
const char *siege_left(void);

#endif
