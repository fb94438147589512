/// This package's version.
package enum PackageVersion {
  package static let current = "0.1.0"
}
