// sqlite|postgresql NAME BATCHES: stores the standard workload in batches of 512 spans, one after the other, and prints the spans a
// second and the CPU time of a span. locked FILE SECONDS: ends spans at full speed before a file that another process holds locked, and prints the resident
// memory for each second.
import Dispatch
import Glibc
import OTLPTesting
import TelemetryDatabase

func stop() -> Never {
  print("usage: database-bench sqlite|postgresql NAME BATCHES | locked FILE SECONDS")
  exit(64)
}

func postgreSQL(_ name: String) throws -> PostgreSQLExporter {
  var configuration = PostgreSQLConfiguration(connection: name)
  configuration.maxConnections = 1
  return try PostgreSQLExporter(configuration)
}

extension Duration {
  var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}

func store(_ batches: Int, _ exporter: any SpanExporter) async {
  let workload = StandardWorkload()
  let size = 512
  func store(_ batch: SpanBatch) async {
    let outcome = await exporter.export(batch, deadline: .after(.seconds(60)))
    guard outcome.exported == size else { fatalError("\(outcome)") }
  }
  // The first batch connects, and makes the tables.
  let all = (0...batches).map { SpanBatch(workload.spans($0 * size..<($0 + 1) * size)) }
  await store(all[0])
  let (start, startCPU) = (MonotonicInstant.now, clock())
  for batch in all.dropFirst() { await store(batch) }
  print("spansPerSecond", Int(Double(batches * size) / (MonotonicInstant.now - start).seconds))
  // CLOCKS_PER_SEC is a million.
  print("cpuMicrosecondsPerSpan", Double(clock() - startCPU) / Double(batches * size))
  await exporter.shutdown(deadline: .after(.seconds(10)))
}

/// The resident memory of this process in KiB.
func residentMemory() -> Int {
  guard let file = fopen("/proc/self/statm", "r") else { return 0 }
  defer { fclose(file) }
  var line = [CChar](repeating: 0, count: 100)
  guard fgets(&line, 100, file) != nil else { return 0 }
  let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  return (Int(text.split(separator: " ")[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE))) / 1024
}

func runLocked(_ path: String, _ seconds: Int) async throws {
  let processor = try BatchSpanProcessor(exporter: SQLiteExporter(.init(path: path)), diagnostics: .silent)
  let workload = StandardWorkload()
  let spans = workload.spans(0..<4096)
  let start = MonotonicInstant.now
  var second = 0
  while second < seconds {
    for span in spans { processor.onEnd(span) }
    guard (MonotonicInstant.now - start).seconds >= Double(second + 1) else { continue }
    second += 1
    print("residentKiB", residentMemory())
  }
  print("spans", processor.ledger.ended, "exported", processor.ledger.exported, "held", processor.bytesHeld)
  _ = await processor.shutdown(within: .seconds(1))
}

guard CommandLine.arguments.count == 4, let number = Int(CommandLine.arguments[3]) else { stop() }
let (mode, name) = (CommandLine.arguments[1], CommandLine.arguments[2])
let finished = DispatchSemaphore(value: 0)
// The main thread waits outside Swift's concurrency, since parking it there crashes valgrind.
Task.detached { [mode, name, number] in
  do {
    switch mode {
    case "sqlite": await store(number, try SQLiteExporter(.init(path: name)))
    case "postgresql": await store(number, try postgreSQL(name))
    case "locked": try await runLocked(name, number)
    default: stop()
    }
  } catch {
    fatalError("\(error)")
  }
  finished.signal()
}
finished.wait()
