/* inet.h - where Windows has inet_pton. */
#include <winsock2.h>
#include <ws2tcpip.h>
