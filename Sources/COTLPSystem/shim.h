#ifndef SWIFT_OTLP_SYSTEM_H
#define SWIFT_OTLP_SYSTEM_H
#ifdef __linux__
#include <pthread.h>
#include <sys/epoll.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
// pthread_setname_np needs _GNU_SOURCE. The Glibc module is built without this macro, so this module must be too: the
// member names of fd_set would differ between the two.
extern int pthread_setname_np(pthread_t thread, const char *name);
static inline int COTLPSystem_set_thread_name(const char *name) { return pthread_setname_np(pthread_self(), name); }
// Declared for the same reason. Swift can't call a variadic function such as `syscall`.
extern long syscall(long number, ...);
// Sleeps if the word has this value (FUTEX_WAIT | FUTEX_PRIVATE_FLAG). A spurious wake-up is possible.
static inline void COTLPSystem_futex_wait(const void *word, uint32_t value) { syscall(SYS_futex, word, 128, value, 0); }
static inline void COTLPSystem_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}
static inline void COTLPSystem_futex_wake_one(const void *word) { syscall(SYS_futex, word, 129, 1); }
#endif

#include <getopt.h>
#include <stdint.h>
#include <sys/resource.h>
#include <time.h>
// In a module that imports this one, Swift attributes C's time structures to changing modules, so they stay here.
static inline int64_t COTLPSystem_nanoseconds(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}
static inline uint64_t COTLPSystem_wall_nanoseconds(void) { return (uint64_t)COTLPSystem_nanoseconds(CLOCK_REALTIME); }
static inline int64_t COTLPSystem_monotonic_nanoseconds(void) { return COTLPSystem_nanoseconds(CLOCK_MONOTONIC); }
#ifdef __linux__
static inline int64_t COTLPSystem_boot_nanoseconds(void) { return COTLPSystem_nanoseconds(CLOCK_BOOTTIME); }
#endif
static inline int64_t COTLPSystem_cpu_microseconds(void) {
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  return ((int64_t)used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000 + used.ru_utime.tv_usec +
         used.ru_stime.tv_usec;
}
// The time of a file's creation in nanoseconds since 1970, or -1. The Glibc module lacks statx, which needs _GNU_SOURCE: this is
// the call itself, with the two members of its structure that are read (a mask at 0, the time at 80).
#ifdef __linux__
#include <string.h>
static inline int64_t COTLPSystem_birth_nanoseconds(int descriptor) {
  unsigned char status[256];
  uint32_t mask;
  int64_t seconds;
  uint32_t nanoseconds;
  memset(status, 0, sizeof status);
  // AT_EMPTY_PATH, STATX_BTIME
  if (syscall(SYS_statx, descriptor, "", 0x1000, 0x800, status) != 0) return -1;
  memcpy(&mask, status, sizeof mask);
  memcpy(&seconds, status + 80, sizeof seconds);
  memcpy(&nanoseconds, status + 88, sizeof nanoseconds);
  return mask & 0x800 ? seconds * 1000000000 + nanoseconds : -1;
}
#else
#include <sys/stat.h>
static inline int64_t COTLPSystem_birth_nanoseconds(int descriptor) {
  struct stat status;
  if (fstat(descriptor, &status) != 0) return -1;
  return (int64_t)status.st_birthtimespec.tv_sec * 1000000000 + status.st_birthtimespec.tv_nsec;
}
#endif
// The Glibc module lacks getopt_long, and Swift 6 refuses mutable C globals such as those of getopt and `environ`.
extern char **environ;
static inline char **COTLPSystem_environ(void) { return environ; }
static inline int COTLPSystem_getopt_long(int argc, char *const argv[], const char *letters, const struct option *options) {
  return getopt_long(argc, argv, letters, options, 0);
}
// Swift can't call a variadic function such as ioctl.
#include <sys/ioctl.h>
static inline int COTLPSystem_terminal_columns(int descriptor) {
  struct winsize size;
  return ioctl(descriptor, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}
// wcwidth needs _XOPEN_SOURCE. Its result depends on the thread's locale, which is the C locale at start.
#include <locale.h>
#include <wchar.h>
extern int wcwidth(wchar_t character);
static inline void *COTLPSystem_utf8_locale(void) { return (void *)newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0); }
static inline int COTLPSystem_character_width(void *locale, uint32_t character) {
  locale_t before = uselocale((locale_t)locale);
  int width = wcwidth((wchar_t)character);
  uselocale(before);
  return width;
}
static inline void COTLPSystem_getopt_start(void) { opterr = 0; optind = 0; }
static inline const char *COTLPSystem_optarg(void) { return optarg; }
static inline int COTLPSystem_optind(void) { return optind; }
static inline int COTLPSystem_optopt(void) { return optopt; }
// Darwin's types of posix_spawn are pointers, Linux's are structures.
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
// Starts a program, which is looked up in PATH. The program gets the signal mask `mask`, the default action of the signals in
// `defaults`, and none of the `count` descriptors in `closed`. Returns an error number, or 0.
static inline int COTLPSystem_spawn(pid_t *pid, const char *program, char *const arguments[], char *const environment[],
                                    const sigset_t *mask, const sigset_t *defaults, const int closed[], int count) {
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_t actions;
  int error = posix_spawnattr_init(&attributes);
  if (error) return error;
  error = posix_spawn_file_actions_init(&actions);
  if (!error) {
    for (int index = 0; index < count && !error; index++)
      error = posix_spawn_file_actions_addclose(&actions, closed[index]);
    if (!error) error = posix_spawnattr_setsigmask(&attributes, mask);
    if (!error) error = posix_spawnattr_setsigdefault(&attributes, defaults);
    if (!error) error = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    if (!error) error = posix_spawnp(pid, program, &actions, &attributes, arguments, environment);
    posix_spawn_file_actions_destroy(&actions);
  }
  posix_spawnattr_destroy(&attributes);
  return error;
}
// Waits until a child has ended, and leaves it to be reaped, so that its number isn't used again. Other children that end are
// reaped: the first process of a container inherits those of others. Returns an error number, or 0.
static inline int COTLPSystem_await_end(pid_t pid) {
  for (;;) {
    siginfo_t info;
    if (waitid(P_ALL, 0, &info, WEXITED | WNOWAIT) != 0) {
      if (errno != EINTR) return errno;
      continue;
    }
    if (info.si_pid == pid) return 0;
    waitpid(info.si_pid, 0, 0);
  }
}
// Waits for one of the signals. Returns the signal, and 0 in `isSent` if the kernel made the signal, as for a key of the
// terminal, which signals all processes of its foreground.
static inline int COTLPSystem_await_signal(const sigset_t *signals, int *isSent) {
#ifdef __linux__
  siginfo_t info;
  int number;
  while ((number = sigwaitinfo(signals, &info)) < 0)
    if (errno != EINTR) return -1;
  *isSent = info.si_code <= 0;
  return number;
#else
  int number;
  *isSent = 1;
  return sigwait(signals, &number) == 0 ? number : -1;
#endif
}
// Swift can't compare the addresses of C functions.
static inline int COTLPSystem_is_ignored(int number) {
  struct sigaction action;
  return sigaction(number, 0, &action) == 0 && action.sa_handler == SIG_IGN;
}
#endif
