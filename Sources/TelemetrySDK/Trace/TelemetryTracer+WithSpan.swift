extension TelemetryTracer {
  /// Runs `body` in a span: it is the current one in `body` and in child tasks, and ends with it.
  ///
  /// A thrown error is recorded as an event and sets the status to an error, unless `body` has set a status. See
  /// ``startSpan(_:kind:parent:attributes:links:at:)`` for the parameters.
  public func withSpan<Result>(
    _ name: String, kind: SpanData.Kind = .internal, parent: TraceContext? = nil,
    attributes: Attributes = Attributes(), links: [RecordingSpan.Link] = [], at unixNano: UInt64? = nil,
    _ body: (RecordingSpan) throws -> Result
  ) rethrows -> Result {
    // The task-local value is found once; a context of the caller isn't copied.
    let bound = TraceContext.$bound
    guard let parent else {
      let parent = ContextBridge.current(bound.get())
      let span = startSpan(name, kind: kind, in: parent, attributes: attributes, links: links, at: unixNano)
      return try span.run(body, in: parent, bound)
    }
    let span = startSpan(name, kind: kind, in: parent, attributes: attributes, links: links, at: unixNano)
    return try span.run(body, in: parent, bound)
  }

  /// Runs `body` in a span: it is the current one in `body` and in child tasks, and ends with it.
  ///
  /// A thrown error is recorded as an event and sets the status to an error, unless `body` has set a status. Cancellation is
  /// an error like others.
  public nonisolated(nonsending) func withSpan<Result>(
    _ name: String, kind: SpanData.Kind = .internal, parent: TraceContext? = nil,
    attributes: Attributes = Attributes(), links: [RecordingSpan.Link] = [], at unixNano: UInt64? = nil,
    _ body: nonisolated(nonsending) (RecordingSpan) async throws -> Result
  ) async rethrows -> Result {
    let parent = parent ?? .current
    let span = startSpan(name, kind: kind, in: parent, attributes: attributes, links: links, at: unixNano)
    defer { span.end() }
    return try await TraceContext.$bound.withValue(TraceContext(span, in: parent)) {
      do { return try await body(span) } catch {
        span.fail(error)
        throw error
      }
    }
  }
}

extension RecordingSpan {
  /// Runs `body` with the span as the current one, and ends the span.
  @inline(__always)
  fileprivate func run<Result>(
    _ body: (RecordingSpan) throws -> Result, in parent: borrowing TraceContext, _ bound: TaskLocal<TraceContext>
  ) rethrows -> Result {
    defer { end() }
    guard record != nil, !parent.hasValues else {
      return try call(body, in: TraceContext(self, in: copy parent), bound)
    }
    return try bound.withValue(own) { try call(body) }
  }

  @inline(never)
  private func call<Result>(
    _ body: (RecordingSpan) throws -> Result, in context: TraceContext, _ bound: TaskLocal<TraceContext>
  ) rethrows -> Result {
    try bound.withValue(context) { try call(body) }
  }

  /// Calls `body`, and records its error.
  @inline(__always)
  private func call<Result>(_ body: (RecordingSpan) throws -> Result) rethrows -> Result {
    do { return try body(self) } catch {
      fail(error)
      throw error
    }
  }

  /// Records an error that left the span's code.
  func fail(_ error: any Error) {
    guard isRecording else { return }
    recordError(error)
    record?.setStatusIfUnset(.error("\(error)"))
  }
}
