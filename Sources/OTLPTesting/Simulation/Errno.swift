#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The system's error numbers that a simulated network reports.
enum Errno {
  static let connectionRefused = ECONNREFUSED
  static let connectionReset = ECONNRESET
  static let badDescriptor = EBADF
}
