/// This package's version.
package enum OTLPVersion {
  package static let current = "0.1.0"
}
