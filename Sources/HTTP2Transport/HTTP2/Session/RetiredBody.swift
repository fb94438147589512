internal import TelemetryCore

/// A body that outlives its request because the output still refers to the memory. The memory counts in the pool's byte
/// budget meanwhile, because the export that accounted for the body may have ended.
final class RetiredBody {
  private let buffer: RawBuffer
  private let budget: ByteBudget?

  init(_ buffer: RawBuffer) {
    self.buffer = buffer
    budget = buffer.budget
    budget?.takeExceeding(buffer.capacity)
  }

  deinit { budget?.giveExceeding(buffer.capacity) }
}
