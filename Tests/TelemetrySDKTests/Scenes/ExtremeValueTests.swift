import Glibc
import Synchronization
import TelemetryCore
import TestThreads
import Testing

@testable import TelemetrySDK

/// Extreme values are refused by name or work, and never end the process.
@Suite(.ownThreads) struct ExtremeValueTests {
  private static let numbers = [Int.min, -1, 0, 1, 2, 512, 1 << 24, 1 << 36, Int.max - 1, Int.max]
  /// Sizes of items: the least, those around a longer length, and some that are larger than a batch or a queue.
  private static let sizes = [10, 11, 129, 130, 131, 16_387, 70_000, 1 << 20, 33 << 20]
  private static let durations: [Duration] = [
    .zero, .nanoseconds(1), .nanoseconds(-1), .seconds(-1), .seconds(1), .seconds(86_400), .seconds(Int64.max),
    .seconds(Int64.min), .nanoseconds(Int64.max), .nanoseconds(Int64.min), .seconds(Int64.max) * 4,
    .seconds(Int64.min) * 4,
  ]

  @Test("every configuration is refused by name or makes a processor with a balanced ledger", arguments: 0..<150)
  func configurations(_ seed: Int) throws {
    var random = SeededRandom(seed: UInt64(seed))
    func pick<Value>(_ values: [Value], _ usual: Value) -> Value {
      random.next() % 2 == 0 ? usual : values[Int(random.next() % UInt64(values.count))]
    }
    var configuration = BatchConfiguration()
    configuration.maxQueueSize = pick(Self.numbers, 100)
    if random.next() % 2 == 0 { configuration.maxExportBatchSize = pick(Self.numbers, 10) }
    configuration.scheduleDelay = pick(Self.durations, .seconds(1))
    configuration.exportTimeout = pick(Self.durations, .seconds(1))
    if random.next() % 2 == 0 { configuration.maxQueueBytes = pick(Self.numbers, 10_000) }
    if random.next() % 2 == 0 { configuration.maxExportBatchBytes = pick(Self.numbers, 1024) }
    let limit = pick(Self.durations, .seconds(1))
    configuration.overflow = pick([.dropNewest, .dropOldest, .block(upTo: limit)], .dropNewest)
    let exporter = ScriptedExporter(maxConcurrentExports: pick(Self.numbers, 2))
    let sizes = (0..<40).map { _ in pick(Self.sizes, 100) }
    let (flush, end) = (pick(Self.durations, .seconds(1)), pick(Self.durations, .seconds(1)))
    let chosen = configuration
    do {
      try onVirtualLoop { loop in
        let processor = try BatchProcessor(
          exporter: exporter, configuration: chosen, loop: loop, diagnostics: .silent)
        for (number, size) in sizes.enumerated() {
          processor.onEnd(Thing(number: number, size: size))
          if number == 20 { #expect(await processor.forceFlush(within: flush).ledger.isBalanced) }
        }
        let ledger = await processor.shutdown(within: end).ledger
        #expect(ledger.isBalanced && ledger.ended == 40 && ledger.queued + ledger.inFlight == 0, "\(chosen)")
        #expect(processor.itemBytes == 0, "\(chosen)")
      }
    } catch let error as ConfigurationError {
      #expect(!error.option.isEmpty && !error.allowed.isEmpty)
    }
  }

  @Test("every outcome of a custom exporter is corrected", arguments: 0..<100)
  func outcomes(_ seed: Int) throws {
    let random = Mutex(SeededRandom(seed: UInt64(seed)))
    let number: @Sendable () -> Int = {
      random.withLock { random in
        random.next() % 3 == 0 ? 0 : Self.numbers[Int(random.next() % UInt64(Self.numbers.count))]
      }
    }
    let log = DiagnosticLog()
    let exporter = ScriptedExporter { _, _ in
      if number() == 1 { return .partial(rejected: number(), message: "") }
      var dropped: [DropReason: Int] = [:]
      for reason in DropReason.allCases where number() > 0 { dropped[reason] = number() }
      return ExportOutcome(
        exported: number(), rejected: number(), dropped: dropped, possibleDuplicates: number(), attempts: number())
    }
    try onVirtualLoop { loop in
      let configuration = BatchConfiguration { $0.maxExportBatchSize = 5 }
      let processor = try BatchProcessor(
        exporter: exporter, configuration: configuration, loop: loop, diagnostics: log.diagnostics)
      for item in 0..<100 { processor.onEnd(Thing(number: item)) }
      let report = await processor.shutdown(within: .seconds(1))
      let ledger = report.ledger
      #expect(ledger.isBalanced && ledger.ended == 100 && ledger.queued + ledger.inFlight == 0)
      let counts = [ledger.exported, ledger.rejected, ledger.possibleDuplicates] + ledger.dropped.values
      #expect(counts.allSatisfy { (0...100).contains($0) } && ledger.attempts >= 0 && report.lost <= 100)
      #expect(!(ledger + ledger).description.isEmpty && !processor.selfMetrics.description.isEmpty)
    }
  }

  @Test("a huge number of export slots costs nothing until they are used", arguments: [Int.min, 0, 10_000_000, .max])
  func slots(_ slots: Int) throws {
    let exporter = ScriptedExporter(maxConcurrentExports: slots) { _, _ in
      await TelemetryLoop.current?.sleep(.seconds(1))
      return .success
    }
    try onVirtualLoop { loop in
      let configuration = BatchConfiguration { $0.maxExportBatchSize = 1 }
      let processor = try BatchProcessor(exporter: exporter, configuration: configuration, loop: loop)
      #expect(processor.machine.exports.capacity < 100)
      for number in 0..<2048 { processor.onEnd(Thing(number: number)) }
      await loop.sleep(.milliseconds(1))
      #expect(processor.ledger.inFlight == (slots <= 0 ? 1 : 1024))
      #expect(await processor.shutdown(within: .seconds(4000)).ledger.exported == 2048)
    }
  }

  @Test("the exporters accept extreme deadlines and capacities")
  func exporters() async throws {
    let span = SpanData(
      traceID: TraceID(high: 1, low: 2), spanID: SpanID(3), name: "x", startTimeUnixNano: .max, endTimeUnixNano: 0)
    let null = open("/dev/null", O_WRONLY)
    defer { close(null) }
    let console = ConsoleSpanExporter(descriptor: null)
    for deadline in [Deadline.never, Deadline(.init(nanoseconds: .max - 1)), .after(.seconds(Int64.max))] {
      #expect(await console.export([span], deadline: deadline).resolved(count: 1).exported == 1)
    }
    // A descriptor that accepts nothing, and a deadline that has passed long ago.
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    defer { for end in ends { close(end) } }
    let stuck = ConsoleSpanExporter(descriptor: ends[1])
    let batch = SpanBatch(repeatElement(span, count: 1000))
    #expect(await stuck.export(batch, deadline: Deadline(.init(nanoseconds: .min))).error != nil)
    for (capacity, kept) in [(Int.min, 0), (0, 0), (1, 1), (Int.max, 2)] {
      let memory = InMemorySpanExporter(capacity: capacity)
      _ = await memory.export([span, span], deadline: .never)
      #expect(memory.items.count == kept)
    }
    var attributes = Attributes()
    for count in Self.numbers { attributes.reserveCapacity(count) }
    #expect(attributes.isEmpty)
  }
}
