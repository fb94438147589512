/// The receiver of telemetry's own messages: a handler that the app passes at start. There is no global logger.
/// Thread-safe.
///
/// The default, ``standardError``, prints warnings and errors to standard error, one line each; the same message at most
/// five times a minute, then once a minute with the number of suppressed lines. Telemetry never waits for standard error:
/// a line that a full pipe or a stopped terminal can't take at once is dropped.
public struct Diagnostics: Sendable {
  private var minimum: DiagnosticEvent.Level
  private var handler: @Sendable (DiagnosticEvent) -> Void
  /// Returns a note to add to the message, or nil to suppress the event. Nil for a handler without a rate limit.
  private var admit: (@Sendable (String) -> String?)?

  /// Passes every event of `minimum` level or above to `handler`, on any thread.
  ///
  /// The thread is often one of telemetry's, which exports nothing until the handler returns: a handler must not do slow
  /// work, such as writing to a file on a slow disk. Telemetry holds no lock meanwhile, so the handler may use processors
  /// and exporters, end its own spans, and be called again from within itself. A blocking flush or shutdown in the
  /// handler returns at once.
  public init(
    minimumLevel minimum: DiagnosticEvent.Level = .debug, handler: @escaping @Sendable (DiagnosticEvent) -> Void
  ) {
    self.minimum = minimum
    self.handler = handler
  }

  /// Drops every event.
  public static let silent = Diagnostics(minimumLevel: .error) { _ in }

  /// The same receiver without the events below `level`. A receiver that already drops more stays as it is.
  public func limited(to level: DiagnosticEvent.Level) -> Diagnostics {
    var result = self
    result.minimum = max(minimum, level)
    return result
  }

  /// The same receiver, which gets equal events once.
  package var withoutRepetition: Diagnostics {
    let seen = Locked<Set<String>>([])
    var result = self
    let handler = handler
    result.handler = { event in
      if seen.withLock({ $0.insert("\(event)").inserted }) { handler(event) }
    }
    return result
  }

  /// Passes an event to the handler.
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

  /// The same receiver with a rate limit, for a component that may repeat a message: five equal messages a minute, then
  /// one a minute with the number of suppressed ones. The loop's clock counts.
  package func limited(by loop: TelemetryLoop) -> Diagnostics {
    let limiter = ForkSafe(DiagnosticLimiter())
    var result = self
    result.admit = { message in limiter.withLock { $0.admit(message, at: loop.now) } }
    return result
  }
}
