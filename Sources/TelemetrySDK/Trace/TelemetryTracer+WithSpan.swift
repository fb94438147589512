// `withSpan` is inlined into the program, where the type of the result is known: to bind a task-local value takes about 80
// instructions more in a generic function.
extension TelemetryTracer {
  /// Runs `body` in a span: it is the current one in `body` and in child tasks, and ends with it.
  ///
  /// A thrown error is recorded as an event and sets the status to an error, unless `body` has set a status. See
  /// ``startSpan(_:kind:parent:attributes:links:at:)`` for the parameters.
  @inlinable
  public func withSpan<Result>(
    _ name: String, kind: SpanData.Kind = .internal, parent: TraceContext? = nil,
    attributes: Attributes = Attributes(), links: [RecordingSpan.Link] = [], at unixNano: UInt64? = nil,
    _ body: (RecordingSpan) throws -> Result
  ) rethrows -> Result {
    let parent = parent ?? .current
    let span = startSpan(name, kind, in: parent, attributes, links, unixNano)
    defer { span.end() }
    return try span.currentContext(in: parent).makeCurrent {
      do { return try body(span) } catch {
        span.fail(error)
        throw error
      }
    }
  }

  /// Runs `body` in a span: it is the current one in `body` and in child tasks, and ends with it.
  ///
  /// A thrown error is recorded as an event and sets the status to an error, unless `body` has set a status. Cancellation is
  /// an error like others.
  @inlinable
  public nonisolated(nonsending) func withSpan<Result>(
    _ name: String, kind: SpanData.Kind = .internal, parent: TraceContext? = nil,
    attributes: Attributes = Attributes(), links: [RecordingSpan.Link] = [], at unixNano: UInt64? = nil,
    _ body: nonisolated(nonsending) (RecordingSpan) async throws -> Result
  ) async rethrows -> Result {
    let parent = parent ?? .current
    let span = startSpan(name, kind, in: parent, attributes, links, unixNano)
    defer { span.end() }
    return try await span.currentContext(in: parent).makeCurrent {
      do { return try await body(span) } catch {
        span.fail(error)
        throw error
      }
    }
  }
}

extension RecordingSpan {
  /// The context in which the span is the current one.
  @inlinable
  func currentContext(in parent: TraceContext) -> TraceContext {
    record == nil || parent.hasValues ? TraceContext(self, in: parent) : own
  }

  /// Records an error that left the span's code.
  @usableFromInline
  func fail(_ error: any Error) {
    guard isRecording else { return }
    recordError(error)
    record?.setStatusIfUnset(.error("\(error)"))
  }
}
