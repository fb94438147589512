// Stores the standard workload in batches of 512 spans, one after the other, and prints the spans a second.
import Glibc
import OTLPTesting
import TelemetryDatabase

func stop() -> Never {
  print("usage: database-bench sqlite|postgresql NAME BATCHES")
  exit(64)
}

guard CommandLine.arguments.count == 4, let batches = Int(CommandLine.arguments[3]) else { stop() }
let name = CommandLine.arguments[2]

let exporter: any SpanExporter
switch CommandLine.arguments[1] {
case "sqlite": exporter = try SQLiteExporter(.init(path: name))
case "postgresql":
  var configuration = PostgreSQLConfiguration(connection: name)
  configuration.maxConnections = 1
  exporter = try PostgreSQLExporter(configuration)
default: stop()
}

let workload = StandardWorkload()
let size = 512
// The first batch connects, and makes the tables.
var all = [SpanBatch]()
for number in 0...batches { all.append(SpanBatch(workload.spans(number * size..<(number + 1) * size))) }

func store(_ batch: SpanBatch) async {
  let outcome = await exporter.export(batch, deadline: .after(.seconds(60)))
  guard outcome.exported == size else { fatalError("\(outcome)") }
}

await store(all[0])
let start = MonotonicInstant.now
for batch in all.dropFirst() { await store(batch) }
let seconds =
  Double((MonotonicInstant.now - start).components.attoseconds) / 1e18
  + Double((MonotonicInstant.now - start).components.seconds)
print("spansPerSecond", Int(Double(batches * size) / seconds))
await exporter.shutdown(deadline: .after(.seconds(10)))
