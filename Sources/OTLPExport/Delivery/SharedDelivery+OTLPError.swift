package import TelemetryCore
package import TelemetrySDK

extension SharedDelivery where Delivery == OTLPExport.Delivery {
  /// - Parameter makeDelivery: Makes the delivery, and another one in a forked child.
  package convenience init(
    lease: TelemetryRuntime.Lease?, makeDelivery: @escaping @Sendable () throws(OTLPError) -> Delivery
  ) throws(OTLPError) {
    self.init(try makeDelivery(), lease: lease, makeDelivery: makeDelivery)
  }

  /// The threads of an exporter.
  package static func lease(_ runtime: TelemetryRuntime) throws(OTLPError) -> TelemetryRuntime.Lease {
    do throws(SystemError) {
      return try runtime.acquire()
    } catch {
      throw OTLPError(.system, "no thread or no descriptor for the exporter: \(error)")
    }
  }
}
