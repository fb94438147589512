internal import OTLPSystem

extension Diagnostics {
  /// Prints warnings and errors to standard error, with a rate limit.
  public static let standardError = standardError(minimumLevel: .warning)

  /// Prints events of `minimum` level or above to standard error, with the rate limit of ``standardError``.
  public static func standardError(minimumLevel minimum: DiagnosticEvent.Level) -> Diagnostics {
    Diagnostics(minimumLevel: minimum, handler: printEvent)
  }

  private static let printEvent: @Sendable (DiagnosticEvent) -> Void = {
    let limiter = ForkSafe(DiagnosticLimiter())
    return { event in
      guard let suffix = limiter.withLock({ $0.admit(event.message, at: .system) }) else { return }
      let note = suffix.isEmpty ? "" : " (\(suffix))"
      writeLine("\(event.level): \(event.description.sanitized())\(note)")
    }
  }()

  /// Writes a line unless the write would have to wait.
  /// - Returns: False if the line isn't written.
  @discardableResult
  static func writeLine(_ line: String, to descriptor: Int32 = STDERR_FILENO) -> Bool {
    // A ready pipe takes a write of up to PIPE_BUF bytes whole: 4096 on Linux; 512 on Darwin,
    // where pipes hold more.
    let limit = 4096
    var line = "swift-otlp: " + line + "\n"
    var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    guard unsafe poll(&ready, 1, 0) == 1, ready.revents & Int16(POLLOUT) != 0 else { return false }
    return withoutSIGPIPE {
      line.withUTF8 { bytes in
        unsafe write(descriptor, bytes.baseAddress, min(bytes.count, limit)) == min(bytes.count, limit)
      }
    }
  }

  /// Runs a write that must not end the process if the pipe has no reader. Keeps the app's signal handlers.
  private static func withoutSIGPIPE(_ body: () -> Bool) -> Bool {
    var pipe = sigset_t()
    var before = sigset_t()
    unsafe sigemptyset(&pipe)
    unsafe sigaddset(&pipe, SIGPIPE)
    unsafe pthread_sigmask(SIG_BLOCK, &pipe, &before)
    var pending = sigset_t()
    unsafe sigpending(&pending)
    let wasPending = unsafe sigismember(&pending, SIGPIPE) == 1
    let result = body()
    // The write's signal is pending for this thread and is taken back. An earlier pending signal stays.
    unsafe sigpending(&pending)
    if !wasPending, unsafe sigismember(&pending, SIGPIPE) == 1 {
      var signal: Int32 = 0
      unsafe sigwait(&pipe, &signal)
    }
    unsafe pthread_sigmask(SIG_SETMASK, &before, nil)
    return result
  }
}
