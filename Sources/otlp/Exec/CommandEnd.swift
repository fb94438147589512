internal import OTLPSystem
internal import TelemetryCore

/// The end of a command, or the reason why it didn't start.
package enum CommandEnd: Hashable, Sendable {
  case exited(code: Int32)
  case signalled(number: Int32)
  case notStarted(error: Int32)

  /// Reads a status of `waitpid`.
  package init(status: Int32) {
    self = status & 0x7F == 0 ? .exited(code: status >> 8 & 0xFF) : .signalled(number: status & 0x7F)
  }

  /// The exit code by the shells' rules: 128 plus the signal, 127 for a command that isn't found, 126 for one that can't be
  /// executed (POSIX, exit status of commands).
  package var exitCode: Int32 {
    switch self {
    case .exited(let code): code
    case .signalled(let number): 128 + number
    case .notStarted(let error): error == ENOENT ? 127 : 126
    }
  }

  /// The value of `error.type`, of low cardinality; nil for success.
  package var errorType: String? {
    switch self {
    case .exited(0): nil
    case .exited(let code): "\(code)"
    case .signalled(let number): Self.name(ofSignal: number)
    case .notStarted(let error): error == ENOENT ? "not_found" : "not_executable"
    }
  }

  /// A sentence for the span's status; nil for success.
  package var failure: String? {
    switch self {
    case .exited(0): nil
    case .exited(let code): "exit code \(code)"
    case .signalled(let number): "ended by \(Self.name(ofSignal: number))"
    case .notStarted(let error): error == ENOENT ? "command not found" : SystemError.text(of: error)
    }
  }

  private static let signals: [Int32: String] = [
    SIGHUP: "SIGHUP", SIGINT: "SIGINT", SIGQUIT: "SIGQUIT", SIGILL: "SIGILL", SIGTRAP: "SIGTRAP", SIGABRT: "SIGABRT",
    SIGBUS: "SIGBUS", SIGFPE: "SIGFPE", SIGKILL: "SIGKILL", SIGUSR1: "SIGUSR1", SIGSEGV: "SIGSEGV", SIGUSR2: "SIGUSR2",
    SIGPIPE: "SIGPIPE", SIGALRM: "SIGALRM", SIGTERM: "SIGTERM", SIGXCPU: "SIGXCPU", SIGXFSZ: "SIGXFSZ",
  ]

  private static func name(ofSignal number: Int32) -> String { signals[number] ?? "signal \(number)" }
}
