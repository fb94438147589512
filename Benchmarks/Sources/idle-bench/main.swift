// Exports spans with the default settings, prints the count, and is then idle until standard input ends: the connection is
// open, and the main thread waits in a read. Each line of standard input causes one call of getppid, which shows that
// calls are counted. A last export shows that the connection is alive.
import BenchSupport
import Glibc
import OTLPGRPC
import OTLPTesting

var arguments = Arguments(usage: "idle-bench ENDPOINT [AUTHORITIES]")
var settings = OTLPGRPCExporter.Configuration(endpoint: arguments.text())
if !arguments.isEmpty { settings.certificate = .file(arguments.text()) }
let workload = StandardWorkload()
let processor = try BatchSpanProcessor(exporter: OTLPGRPCExporter(settings))

for index in 0..<512 { processor.onEnd(workload.span(index)) }
report("exported", processor.forceFlushBlocking(within: .seconds(10)).ledger.exported)
while readLine() != nil { _ = getppid() }
processor.onEnd(workload.span(512))
report("exported", processor.shutdownBlocking(within: .seconds(10)).ledger.exported)
