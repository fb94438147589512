package import OTLPExport
package import TelemetryCore

extension Finding {
  /// The mistake that prevents an exporter.
  package init(_ error: OTLPError) {
    let failure = ToolError(error)
    if error.configuration?.allowed.hasPrefix("no path") == true {
      self.init(
        .endpointWithPath, failure.description,
        advice: """
          end the endpoint with the port, as in http://host:4317; a path such as /v1/traces belongs to OTLP over HTTP \
          (port 4318), which is another protocol
          """, code: failure.code)
    } else if error.code == .unusableFile {
      self = Finding.file(failure)
    } else {
      self = .refusedValue(failure)
    }
  }

  static func refusedValue(_ error: ToolError) -> Finding {
    Finding(.valueRefused, error.description, advice: "give an allowed value", code: error.code)
  }

  private static func file(_ failure: ToolError) -> Finding {
    if failure.description.contains("doesn't belong to the certificate") {
      return Finding(
        .keyMismatch, failure.description,
        advice: "give the private key of the client certificate, or the certificate of this key", code: failure.code)
    }
    return Finding(
      .unusableFile, failure.description,
      advice: "name a PEM file that this user can read; a certificate has BEGIN and END CERTIFICATE lines",
      code: failure.code)
  }

  /// The mistake behind a warning of the libraries.
  package init(_ event: DiagnosticEvent) {
    var fields: [String: String] = [:]
    for field in event.fields { fields[field.name] = field.value }
    if let variable = fields["variable"] {
      self = Self.variable(variable, fields)
    } else {
      self = Self.option(event.message, fields)
    }
  }

  private static func option(_ message: String, _ fields: [String: String]) -> Finding {
    let option = fields["option"].map { ExportOptions.option(for: $0) ?? $0 } ?? "the configuration"
    if let reason = fields["reason"] {
      return Finding(
        .exposedKey, "\(option): \(reason)", advice: "let only the owner read the file: chmod 600",
        code: .configuration)
    }
    let advice =
      fields["endpoint"] == nil
      ? "remove the user name and password from the endpoint, and give --header authorization=… instead"
      : "use https:// if the server uses TLS, or remove the option"
    return Finding(.withoutEffect, "\(option): \(message)", advice: advice, code: .configuration)
  }

  private static func variable(_ variable: String, _ fields: [String: String]) -> Finding {
    if fields["protocol"] != nil {
      return Finding(
        .protocolMismatch, "\(variable) is \(fields["value"] ?? ""), but this exporter always uses grpc",
        advice: """
          set \(variable) to grpc or unset it, and check that the endpoint is the gRPC port (4317), not the port of \
          OTLP over HTTP (4318)
          """, code: .configuration)
    }
    if variable == "OTEL_RESOURCE_ATTRIBUTES", let entry = fields["entry"] {
      return Finding(
        .variableIgnored, "\(variable): entry \(entry) can't be used, so the whole list is ignored",
        advice: "write each entry as key=value, percent-encoded; the position counts from 1", code: .configuration)
    }
    let entry = fields["entry"].map { ", entry \($0)" } ?? ""
    let shown = fields["value"] ?? fields["name"].map { "'\($0)'" } ?? "a value"
    return Finding(
      .variableIgnored, "\(variable)\(entry): \(shown) can't be used and is ignored",
      advice: "set \(variable) to an allowed value (\(fields["allowed"] ?? "see the documentation")) or unset it",
      code: .configuration)
  }
}
