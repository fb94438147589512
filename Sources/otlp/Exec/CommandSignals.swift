internal import COTLPSystem
internal import OTLPSystem
internal import Synchronization
internal import TelemetryCore

/// Receives the signals that `otlp exec` passes on to its command. Until there is a handler, a signal ends the process.
final class CommandSignals: Sendable {
  static let shared = CommandSignals()

  /// The signals by which users and supervisors control a program.
  static let numbers = [SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM, SIGTERM]

  /// The signals of a terminal's keys.
  static let keys = [SIGINT, SIGQUIT]

  /// The signals that are meant to end a program.
  static let ends = [SIGHUP, SIGINT, SIGQUIT, SIGTERM]

  /// A signal, and false if the kernel made it, as for a key of the terminal.
  typealias Handler = @Sendable (_ number: Int32, _ isSent: Bool) -> Void

  private let handler = Mutex<Handler?>(nil)
  private let mask = Mutex(sigset_t())
  private let ignored = Mutex<Set<Int32>>([])

  private init() {}

  /// The signals that were blocked before ``install()``.
  var inheritedMask: sigset_t { mask.withLock { $0 } }

  /// The signals that were ignored before ``install()``, as SIGHUP is by `nohup`. A blocked signal comes all the same.
  var ignoredNumbers: Set<Int32> { ignored.withLock { $0 } }

  /// Blocks the signals and starts the receiving thread. Must be called before any other thread starts, so that all threads
  /// inherit the mask.
  func install() throws(SystemError) {
    // A parent that ignores SIGCHLD would make the system discard the command's exit code.
    signal(SIGCHLD, SIG_DFL)
    var signals = Self.set
    var before = sigset_t()
    unsafe pthread_sigmask(SIG_BLOCK, &signals, &before)
    mask.withLock { $0 = before }
    ignored.withLock { $0 = Set(Self.numbers.filter { COTLPSystem_is_ignored($0) != 0 }) }
    try ThreadSystem.start(name: "otlp-signals", stackSize: 1 << 18) { [self] in wait() }
  }

  func onSignal(_ handler: @escaping Handler) { self.handler.withLock { $0 = handler } }

  private static var set: sigset_t {
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    for number in numbers { unsafe sigaddset(&signals, number) }
    return signals
  }

  private func wait() {
    var signals = Self.set
    while true {
      var isSent: Int32 = 0
      let number = unsafe COTLPSystem_await_signal(&signals, &isSent)
      guard number > 0 else { continue }
      if let handler = handler.withLock({ $0 }) {
        handler(number, isSent != 0)
      } else if !ignoredNumbers.contains(number) {
        Process.exit(128 + number)
      }
    }
  }
}
