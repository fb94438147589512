internal import OTLPWire
internal import Synchronization
package import TelemetrySDK

/// Reads OTLP JSON lines and hands out their spans.
package final class InputReader: Sendable {
  package struct Result: Sendable {
    package var badLines = 0
    package var spans = 0
    package var failure: String?
  }

  private let input: Int32
  private let isStopped: @Sendable () -> Bool
  private let onSpan: @Sendable (SpanData) -> Void
  private let messages: TextOutput
  private let state = Mutex(Result())

  package init(
    _ input: Int32, messages: TextOutput = .error, isStopped: @escaping @Sendable () -> Bool,
    onSpan: @escaping @Sendable (SpanData) -> Void
  ) {
    self.input = input
    self.messages = messages
    self.isStopped = isStopped
    self.onSpan = onSpan
  }

  package var result: Result { state.withLock { $0 } }

  package func run() {
    var reader = LineReader(descriptor: input)
    var number = 0
    while !isStopped(), let line = reader.next() {
      number += 1
      switch line {
      case .tooLong: report(number, "longer than 64 MiB")
      case .text(let bytes): take(bytes, number)
      }
    }
    let failure = reader.readError.map(systemMessage)
    state.withLock { $0.failure = failure }
  }

  private func take(_ bytes: [UInt8], _ number: Int) {
    if bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { return }
    do throws(JSONError) {
      let spans = try OTLPJSON.decode(bytes)
      state.withLock { $0.spans += spans.count }
      for span in spans { onSpan(span) }
    } catch {
      report(number, "\(error)")
    }
  }

  private func report(_ number: Int, _ problem: String) {
    state.withLock { $0.badLines += 1 }
    messages.line("line \(number): \(problem)")
  }
}
