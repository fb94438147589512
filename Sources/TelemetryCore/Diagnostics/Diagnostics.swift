#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Where telemetry's own messages go: a handler given at start. There is no global logger. Thread-safe.
///
/// The default handler prints warnings and errors to standard error, one line each; the same message at most
/// five times a minute, then once a minute with the number of those left out. A line that standard error can't take now
/// (a pipe that nobody reads, a terminal that is held) is left out: telemetry doesn't wait for it.
public struct Diagnostics: Sendable {
  private let minimum: DiagnosticEvent.Level
  private let handler: @Sendable (DiagnosticEvent) -> Void
  /// What to add to a message, or nil if it is not to be passed on; nil for a handler that gets all.
  private var admit: (@Sendable (String) -> String?)?

  /// Passes every event of `minimum` level or above to `handler`, on whatever thread it arises.
  ///
  /// That is often a thread of telemetry, where nothing is exported until the handler returns: what takes long, such as
  /// a file on a slow disk, belongs elsewhere. No lock of telemetry is held meanwhile, so the handler may use processors
  /// and exporters, end spans of its own, and be called again from within itself; a blocking flush or shutdown answers
  /// there at once.
  public init(
    minimumLevel minimum: DiagnosticEvent.Level = .debug, handler: @escaping @Sendable (DiagnosticEvent) -> Void
  ) {
    self.minimum = minimum
    self.handler = handler
  }

  /// Warnings and errors to standard error, rate-limited.
  public static let standardError: Diagnostics = {
    let limiter = ForkSafe(DiagnosticLimiter())
    return Diagnostics(minimumLevel: .warning) { event in
      guard let suffix = limiter.withLock({ $0.admit(event.message, at: .system) }) else { return }
      let note = suffix.isEmpty ? "" : " (\(suffix))"
      writeLine("\(event.level): \(event.description.sanitized())\(note)")
    }
  }()

  /// Says nothing.
  public static let silent = Diagnostics(minimumLevel: .error) { _ in }

  /// Hands an event to the handler.
  public func emit(
    _ level: DiagnosticEvent.Level, _ message: @autoclosure () -> String,
    _ fields: @autoclosure () -> [(name: String, value: String)] = []
  ) {
    guard level >= minimum else { return }
    let message = message()
    guard let admit else { return handler(DiagnosticEvent(level, message, fields: fields())) }
    guard let note = admit(message) else { return }
    handler(DiagnosticEvent(level, message, fields: note.isEmpty ? fields() : fields() + [("note", note)]))
  }

  /// The same for a component that may have the same thing to say again and again: whatever handler there is, five of a
  /// kind a minute, then one a minute with the number of those left out. Time is the loop's.
  package func limited(by loop: TelemetryLoop) -> Diagnostics {
    let limiter = ForkSafe(DiagnosticLimiter())
    var result = self
    result.admit = { message in limiter.withLock { $0.admit(message, at: loop.now) } }
    return result
  }

  /// Writes a line if that doesn't have to wait; false if it isn't written.
  @discardableResult
  static func writeLine(_ line: String, to descriptor: Int32 = STDERR_FILENO) -> Bool {
    // A pipe that is ready takes this many bytes at once (PIPE_BUF is 4096 on Linux, 512 on Darwin, whose pipes hold more).
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

  /// Runs a write that must not end the process when nobody reads any more. The app's handlers stay as they are.
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
    // The signal goes to the thread that wrote; it is taken back unless it is somebody else's.
    unsafe sigpending(&pending)
    if !wasPending, unsafe sigismember(&pending, SIGPIPE) == 1 {
      var signal: Int32 = 0
      unsafe sigwait(&pipe, &signal)
    }
    unsafe pthread_sigmask(SIG_SETMASK, &before, nil)
    return result
  }
}
