import OTLPFile
import TelemetrySDK

/// The code of the documentation's page "OTLPFile", which is compiled.
func makeFileGuide() throws -> BatchSpanProcessor {
  var configuration = OTLPFileConfiguration(path: "/var/log/shop/traces.jsonl")
  configuration.maxFileSize = 64 << 20
  configuration.maxFiles = 10
  let exporter = try OTLPFileSpanExporter(configuration)
  let processor = try BatchSpanProcessor(exporter: exporter)

  return processor
}
