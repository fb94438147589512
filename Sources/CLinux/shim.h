#ifndef SWIFT_OTLP_CLINUX_H
#define SWIFT_OTLP_CLINUX_H
#ifdef __linux__
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
// pthread_setname_np is behind _GNU_SOURCE, which the Glibc module is built without, and so must this one be:
// with it, fd_set has other member names there than here.
extern int pthread_setname_np(pthread_t thread, const char *name);
static inline int CLinux_set_thread_name(const char *name) { return pthread_setname_np(pthread_self(), name); }
#endif
#endif
