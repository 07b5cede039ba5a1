/* A library to be linked when the program starts: imports and exports of functions and data, relocated. */
extern int other(int value);
extern int shared_counter;
int calls;
int library_run(int value) { return other(value) + ++calls + shared_counter; }
int (*library_find(int which))(int) { return which ? library_run : other; }
