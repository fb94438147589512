package import OTLPExport
package import TelemetryCore

extension Finding {
  /// Why an exporter can't be made.
  package init(_ error: OTLPError) {
    let failure = ToolError(error)
    let isPath = error.configuration?.allowed.hasPrefix("no path") == true
    if isPath {
      self.init(
        .endpointWithPath, failure.description,
        advice: """
          end the endpoint with the port, as in http://host:4317; a path such as /v1/traces belongs to OTLP over HTTP \
          (port 4318), which is another protocol
          """, code: failure.code)
    } else if error.code == .unusableFile {
      self = Finding.file(failure)
    } else {
      self.init(
        .valueRefused, failure.description, advice: "give a value that is allowed", code: failure.code)
    }
  }

  private static func file(_ failure: ToolError) -> Finding {
    if failure.description.contains("doesn't belong to the certificate") {
      return Finding(
        .keyMismatch, failure.description,
        advice: "give the private key that the client certificate was made with, or the certificate of this key",
        code: failure.code)
    }
    return Finding(
      .unusableFile, failure.description,
      advice: "name a PEM file that this user can read; certificates stand between BEGIN and END CERTIFICATE lines",
      code: failure.code)
  }

  /// What the libraries warn of when they read the configuration.
  package init(_ event: DiagnosticEvent) {
    var fields: [String: String] = [:]
    for field in event.fields { fields[field.name] = field.value }
    guard let variable = fields["variable"] else {
      let option = fields["option"].map { ConnectionOptions.optionNames[$0] ?? $0 } ?? "the configuration"
      if let reason = fields["reason"] {
        self.init(
          .exposedKey, "\(option): \(reason)", advice: "take the right to read it from others: chmod 600",
          code: .configuration)
        return
      }
      let advice =
        fields["endpoint"] == nil
        ? "take the user name and password out of the endpoint, and give --header authorization=… instead"
        : "use https:// if the server speaks TLS, or leave the option away"
      self.init(.withoutEffect, "\(option): \(event.message)", advice: advice, code: .configuration)
      return
    }
    if fields["protocol"] != nil {
      self.init(
        .protocolMismatch, "\(variable) is \(fields["value"] ?? ""), and this exporter speaks grpc whatever it says",
        advice: """
          set \(variable) to grpc or unset it, and make sure that the endpoint is the gRPC port (4317), not that of \
          OTLP over HTTP (4318)
          """, code: .configuration)
      return
    }
    let entry = fields["entry"].map { ", entry \($0)" } ?? ""
    let shown = fields["value"] ?? fields["name"].map { "'\($0)'" } ?? "a value"
    self.init(
      .variableIgnored, "\(variable)\(entry): \(shown) can't be used and is ignored",
      advice: "set \(variable) to what is allowed (\(fields["allowed"] ?? "see the documentation")) or unset it",
      code: .configuration)
  }
}
