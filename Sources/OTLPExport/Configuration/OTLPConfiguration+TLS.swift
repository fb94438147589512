package import HTTP2Transport
package import TelemetryCore

extension OTLPConfiguration {
  /// Reads the files. A file that can't be used is an error, never a reason to use another (trap 15).
  package func tlsContext(_ diagnostics: Diagnostics) throws(OTLPError) -> TLSContext {
    var configuration = TLSConfiguration(
      trust: certificate.value.map { .authorities($0, andSystem: includesSystemAuthorities) } ?? .system,
      clientCertificate: clientCertificate.value, clientKey: clientKey.value,
      serverName: serverName)
    configuration.clientKeyPassword = clientKeyPassword
    configuration.minimumVersion = minimumTLSVersion.version
    configuration.reloadInterval = certificateReloadInterval
    do throws(TLSError) {
      let context = try TLSContext(client: configuration)
      for warning in context.warnings {
        diagnostics.emit(
          .warning, "a private key isn't kept private",
          [("option", clientKey.name("clientKey")), ("reason", warning)])
      }
      return context
    } catch {
      throw OTLPError(unusableFile: error.file, option: name(of: error.role), error.message)
    }
  }

  /// The option or variable of a certificate file.
  private func name(of role: TLSError.Role?) -> String? {
    switch role {
    case .authorities: certificate.name("certificate")
    case .clientCertificate: clientCertificate.name("clientCertificate")
    case .clientKey: clientKey.name("clientKey")
    default: nil
    }
  }
}
