// Exports spans with the default settings, says so, and then does nothing until standard input ends: the connection is
// open, and the main thread waits in a read. A line of standard input is answered with one call of getppid, so that it can
// be seen that calls are counted. At the end it exports once more, which shows that the connection lives.
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
