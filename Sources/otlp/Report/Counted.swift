/// - Returns: The number with its noun, in the singular or the plural.
package func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

/// - Returns: The verb for a number of things.
package func were(_ count: Int) -> String { count == 1 ? "was" : "were" }
