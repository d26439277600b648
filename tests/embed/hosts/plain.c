/* No other library. */
int other(void);

int other(void) { return 1; }
