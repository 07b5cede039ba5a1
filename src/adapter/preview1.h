/* preview1.h (adapter) - the part of WASI preview1 that the adapter must spell out: numbers, and the layout of what guests pass in memory.
 * https://github.com/WebAssembly/WASI/blob/wasi-0.1/preview1/docs.md */
#ifndef AD_PREVIEW1_H
#define AD_PREVIEW1_H

/* Error numbers that the adapter itself answers; those of the host come by ad_errno. */
enum {
  SUCCESS = 0,
  EAGAIN = 6,
  EBADF = 8,
  EFAULT = 21,
  EILSEQ = 25,
  EINTR = 27,
  EINVAL = 28,
  EIO = 29,
  EMFILE = 33,
  ENAMETOOLONG = 37,
  ENOMEM = 48,
  ENOTDIR = 54,
  ENOTSOCK = 57,
  ENOTSUP = 58,
  EOVERFLOW = 61,
  EPIPE = 64,
  ESPIPE = 70,
  ERRNO_LIMIT = 77 /* every error number is below, every address of the adapter's state above */
};

enum {
  FILETYPE_UNKNOWN = 0,
  FILETYPE_CHARACTER_DEVICE = 2,
  FILETYPE_DIRECTORY = 3,
  FILETYPE_REGULAR_FILE = 4,
  FILETYPE_SOCKET_STREAM = 6
};

enum { FDFLAGS_APPEND = 1, FDFLAGS_DSYNC = 2, FDFLAGS_NONBLOCK = 4, FDFLAGS_RSYNC = 8, FDFLAGS_SYNC = 16, FDFLAGS_ALL = 31 };

/* 0.2 has no rights; the sets are those that guests expect of a directory, and of what is opened below it. */
enum {
  RIGHTS_FD_READ = 1 << 1,
  RIGHTS_FD_WRITE = 1 << 6,
  RIGHTS_FD_READDIR = 1 << 14,
  RIGHTS_OF_SOCKET = 1 << 1 | 1 << 3 | 1 << 6 | 1 << 27 | 1 << 28 | 1 << 29, /* read, set flags, write, poll, shutdown, accept */
  RIGHTS_OF_DIRECTORY = 0x7b7fe00,
  RIGHTS_INHERITED = 0xff7ffff
};

enum { LOOKUP_SYMLINK_FOLLOW = 1 };
enum { OFLAGS_ALL = 15 }; /* creat, directory, excl, trunc: the bits of 0.2's open-flags, in the same order */
enum { FSTFLAGS_ATIM = 1, FSTFLAGS_ATIM_NOW = 2, FSTFLAGS_MTIM = 4, FSTFLAGS_MTIM_NOW = 8 };
enum { WHENCE_SET, WHENCE_CUR, WHENCE_END };
enum { ADVICE_LAST = 5 }; /* the same numbers as 0.2's advice */
enum { CLOCK_REALTIME, CLOCK_MONOTONIC };
enum { SHUTDOWN_ALL = 3, RECV_PEEK = 1 };
enum { EVENTTYPE_CLOCK, EVENTTYPE_FD_READ, EVENTTYPE_FD_WRITE };
enum { SUBCLOCK_ABSTIME = 1, EVENT_HANGUP = 1 };

/* Offsets in the guest's structures, and their sizes. */
enum { IOVEC_POINTER = 0, IOVEC_LENGTH = 4, IOVEC_SIZE = 8 };
enum { FDSTAT_TYPE = 0, FDSTAT_FLAGS = 2, FDSTAT_RIGHTS = 8, FDSTAT_INHERITING = 16, FDSTAT_SIZE = 24 };
enum { PRESTAT_LENGTH = 4, PRESTAT_SIZE = 8 };
enum {
  FILESTAT_DEVICE = 0,
  FILESTAT_INODE = 8,
  FILESTAT_TYPE = 16,
  FILESTAT_LINKS = 24,
  FILESTAT_LENGTH = 32,
  FILESTAT_TIMES = 40, /* of access, of modification, of status change */
  FILESTAT_SIZE = 64
};
enum { DIRENT_NEXT = 0, DIRENT_INODE = 8, DIRENT_NAME_LENGTH = 16, DIRENT_TYPE = 20, DIRENT_SIZE = 24 };
enum {
  SUBSCRIPTION_TAG = 8,
  SUBSCRIPTION_FD = 16,
  SUBSCRIPTION_CLOCK = 16,
  SUBSCRIPTION_TIMEOUT = 24,
  SUBSCRIPTION_FLAGS = 40,
  SUBSCRIPTION_SIZE = 48
};
enum { EVENT_ERROR = 8, EVENT_TYPE = 10, EVENT_BYTES = 16, EVENT_FLAGS = 24, EVENT_SIZE = 32 };

#endif
