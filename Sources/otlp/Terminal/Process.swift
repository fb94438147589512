internal import COTLPSystem
internal import OTLPSystem
internal import Synchronization
internal import TelemetryCore

/// The process that runs the tool.
package enum Process {
  /// The environment.
  package static var environment: [String: String] { Environment.process }

  /// The processor time of all threads.
  package static var cpuTime: Duration { .microseconds(COTLPSystem_cpu_microseconds()) }

  /// Nanoseconds since 1970.
  package static var wallClockNanoseconds: UInt64 { COTLPSystem_wall_nanoseconds() }

  /// Blocks the calling thread, which must be a thread that the tool started.
  static func sleep(_ duration: Duration) { _ = BlockingSemaphore().wait(until: .after(duration)) }

  /// Makes a write to a closed pipe, or beyond the limit of a file's size, fail instead of ending the process.
  static func ignoreWriteSignals() {
    let changed = [SIGPIPE, SIGXFSZ].filter { COTLPSystem_is_ignored($0) == 0 }
    for number in changed { signal(number, SIG_IGN) }
    changes.withLock { $0.ignoredSignals += changed }
  }

  /// The tool's changes of its process, which a command must not inherit.
  struct Changes {
    /// The signals that are ignored now and weren't before.
    var ignoredSignals: [Int32] = []
    /// The standard descriptors that were closed before.
    var openedDescriptors: [Int32] = []
  }

  static let changes = Mutex(Changes())

  /// Opens standard input, output and error if the process started without (`>&-`). Otherwise another file would get
  /// the number, and the output. Reads and writes fail as before.
  static func occupyStandardDescriptors() {
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
      // The system returns the lowest free number.
      _ = unsafe open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
      changes.withLock { $0.openedDescriptors.append(descriptor) }
    }
  }

  /// Removes the files that exist.
  static func unlink(_ paths: [String]) {
    for path in paths { _ = unsafe OTLPSystem.unlink(path) }
  }

  /// Ends the process without waiting for threads.
  package static func exit(_ code: Int32) -> Never { _exit(code) }
}
