/* system.h - what the command asks of the operating system besides what libctool, child.h and ending.h ask: system.c, or on Windows system_windows.c. Strings are
 * UTF-8 everywhere. */
#ifndef CTOOL_TOOLS_SYSTEM_H
#define CTOOL_TOOLS_SYSTEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#ifdef _WIN32
#define SYSTEM_LIST_SEPARATOR ";" /* in PATH */
#define SYSTEM_PROGRAM_ENDING ".exe"
#define SYSTEM_PATH_CHARACTERS "/\\:" /* which no name of a file has in it */
#else
#define SYSTEM_LIST_SEPARATOR ":"
#define SYSTEM_PROGRAM_ENDING ""
#define SYSTEM_PATH_CHARACTERS "/"
#endif

/* For main, once: standard streams that are open and take bytes as they are, and the arguments. */
void system_begin(int *argc, char ***argv);

/* A variable of the environment, or NULL; as long as the process lives. */
const char *system_variable(const char *name);

/* The last character that separates folders in a path, or NULL. */
char *system_last_slash(const char *path);

bool system_is_program(const char *path);
bool system_is_device(const char *path); /* neither a file nor a directory, and there */

/* Where temporary directories belong. */
const char *system_scratch_place(void);

/* Makes a directory, whose name ends in XXXXXX until others take their place. False with errno set. */
bool system_make_directory(char *name);

/* Also for handlers of signals, as leftover.remove is called by them. What is not there is no harm. */
void system_remove_file(const char *path);
void system_remove_directory(const char *path);

/* The path of this program; false when it cannot be told. */
bool system_own_path(char *room, size_t size);

/* What a program prints when it is started with one argument, without its standard error; NULL when there is no way to ask. For system_asked, when all is read. */
FILE *system_ask(const char *program, const char *argument);
void system_asked(FILE *answer);

#endif
