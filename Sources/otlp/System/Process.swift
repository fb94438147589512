internal import COTLPSystem
internal import Synchronization
package import TelemetryCore

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// What a command needs to know of the process that it runs in.
package enum Process {
  /// The environment; of variables that stand twice the first counts, as in getenv.
  package static var environment: [String: String] {
    var result: [String: String] = [:]
    guard var entry = unsafe COTLPSystem_environ() else { return result }
    while let text = unsafe entry.pointee {
      let pair = unsafe String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if pair.count == 2, result[String(pair[0])] == nil { result[String(pair[0])] = String(pair[1]) }
      unsafe entry += 1
    }
    return result
  }

  /// The time that all threads together have spent on a processor.
  package static var cpuTime: Duration { .microseconds(COTLPSystem_cpu_microseconds()) }

  /// Nanoseconds since 1970.
  package static var wallClockNanoseconds: UInt64 { COTLPSystem_wall_nanoseconds() }

  /// A thread of the tool's own sleeps.
  static func sleep(_ duration: Duration) { _ = BlockingSemaphore().wait(until: .after(duration)) }

  /// A write to a pipe that nobody reads, or beyond the limit of a file's size, fails, and doesn't end the process.
  static func ignoreWriteSignals() {
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
  }

  /// Has standard input, output and error taken where the process was started without one (`>&-`), so that no other file
  /// gets its number and what is printed. Reading or writing there fails as before.
  static func occupyStandardDescriptors() {
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
      // The system gives the least number that is free.
      openFile("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
    }
  }

  /// Removes files; those that are gone don't matter.
  static func unlink(_ paths: [String]) {
    for path in paths { _ = unlinkFile(path) }
  }

  /// Ends the process without waiting for any thread.
  package static func exit(_ code: Int32) -> Never { _exit(code) }
}

// Outside of the enum, whose own function hides the C library's.
@discardableResult
private func openFile(_ path: String, _ mode: Int32) -> Int32 { unsafe open(path, mode) }

private func unlinkFile(_ path: String) -> Int32 { unsafe unlink(path) }

/// SIGINT and SIGTERM: the first asks a command to finish if it can, a second one ends the process at once.
package final class StopSignal: Sendable {
  package static let shared = StopSignal()

  private let requested = Atomic<Bool>(false)
  private let handler = Mutex<(@Sendable () -> Void)?>(nil)

  private init() {}

  /// Takes the signals over. Must be called before any other thread starts, which then has them blocked too.
  package func install() throws(SystemError) {
    var signals = Self.signals
    unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
    try ThreadSystem.start(name: "otlp-signals", stackSize: 1 << 18) { [self] in wait() }
  }

  /// From now on the first signal calls this instead of ending the process.
  package func onRequest(_ handler: @escaping @Sendable () -> Void) {
    self.handler.withLock { $0 = handler }
  }

  /// Whether the command was asked to finish.
  package var isRequested: Bool { requested.load(ordering: .relaxed) }

  private static var signals: sigset_t {
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    unsafe sigaddset(&signals, SIGINT)
    unsafe sigaddset(&signals, SIGTERM)
    return signals
  }

  private func wait() {
    var signals = Self.signals
    var number: Int32 = 0
    while true {
      guard unsafe sigwait(&signals, &number) == 0 else { continue }
      guard let handler = handler.withLock({ $0 }), !requested.exchange(true, ordering: .relaxed) else {
        Process.exit(128 + number)
      }
      handler()
    }
  }
}
