/// What every OTLP exporter can be told, whatever its transport (requirements section 2).
package struct OTLPSettings: Sendable {
  package var endpoint: Setting<String>
  package var insecure = Setting(false)
  package var certificate = Setting<String?>(nil)
  package var clientCertificate = Setting<String?>(nil)
  package var clientKey = Setting<String?>(nil)
  package var headers = OTLPHeaders()
  package var compression = Setting(OTLPCompression.none)
  package var timeout = Setting(Duration.seconds(10))
  package var maxRequestSize = 64 << 20
  package var maxResponseSize = 4 << 20
  package var userAgentPrefix = ""
  package var retry = RetryPolicy()

  package init(endpoint: String) { self.endpoint = Setting(endpoint) }
}
