import Synchronization
import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

@Suite(.ownThreads) struct TracerProviderBlockingTests {
  /// Runs a body on a thread that is no task's.
  private func onThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async throws -> Value {
    let result = Promise<Value>()
    try ThreadSystem.start(name: "blocking", stackSize: 1 << 18) { result.fulfil(body()) }
    return await result.value
  }

  @Test("the blocking forms reach every processor, with the sum of their reports")
  func sum() async throws {
    let (batched, simple) = (InMemorySpanExporter(), InMemorySpanExporter())
    let own = Waiting()
    own.answer.fulfil(())
    let provider = try TracerProvider(
      BatchSpanProcessor(exporter: batched), own, SimpleSpanProcessor(exporter: simple))
    provider.tracer("a").startSpan("a").end()
    let flush = try await onThread { provider.forceFlushBlocking(within: .seconds(60)) }
    #expect(flush.isDelivered && flush.ledger.exported == 2 && own.flushes.load(ordering: .relaxed) == 1)
    let end = try await onThread { provider.shutdownBlocking(within: .seconds(60)) }
    #expect(end.isDelivered && end.ledger.exported == 2 && own.shutdowns.load(ordering: .relaxed) == 1)
    #expect(batched.items.count == 1 && simple.items.count == 1 && !provider.tracer("a").isEnabled)
    let again = try await onThread { provider.shutdownBlocking(within: .seconds(60)) }
    #expect(again.isComplete && again.ledger.exported == 2)
  }

  @Test("a processor that doesn't answer holds neither the caller nor the others")
  func unanswered() async throws {
    let exporter = InMemorySpanExporter()
    let stuck = Waiting()
    let provider = try TracerProvider(stuck, BatchSpanProcessor(exporter: exporter))
    provider.tracer("a").startSpan("a").end()
    let report = try await onThread { provider.shutdownBlocking(within: .milliseconds(300)) }
    #expect(!report.isComplete && report.ledger.exported == 1 && exporter.items.count == 1)
    stuck.answer.fulfil(())
  }

  /// A user's processor, which answers when it is told to.
  private final class Waiting: SpanProcessor {
    let answer = Promise<Void>()
    let flushes = Atomic(0)
    let shutdowns = Atomic(0)

    func onEnd(_ span: RecordingSpan) {}

    func forceFlush(within limit: Duration) async -> FlushReport {
      flushes.add(1, ordering: .relaxed)
      await answer.value
      return .empty
    }

    func shutdown(within limit: Duration) async -> FlushReport {
      shutdowns.add(1, ordering: .relaxed)
      await answer.value
      return .empty
    }
  }
}
