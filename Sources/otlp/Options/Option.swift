internal import TelemetryCore

/// An option or an operand of a command, with the setter of the value.
package struct Option<Settings>: Sendable {
  typealias Setter = @Sendable (inout Settings, OptionValue) throws(ConfigurationError) -> Void

  package let description: OptionDescription
  let set: Setter

  package var name: String { description.name }

  init(_ description: OptionDescription, _ set: @escaping Setter) {
    self.description = description
    self.set = set
  }

  /// An option with a custom setter.
  init(
    _ name: String, _ placeholder: String, _ help: String, default defaultValue: String? = nil,
    isRepeatable: Bool = false, _ set: @escaping Setter
  ) {
    self.init(
      OptionDescription(name, placeholder, help, default: defaultValue, isRepeatable: isRepeatable), set)
  }

  init<Value>(
    _ name: String, _ placeholder: String, _ help: String, default defaultValue: String? = nil,
    _ property: any WritableKeyPath<Settings, Value> & Sendable, _ reader: OptionReader<Value>
  ) {
    self.init(
      OptionDescription(
        name, placeholder, help, default: defaultValue, choices: reader.choices, bounds: reader.bounds)
    ) { (settings: inout Settings, value: OptionValue) throws(ConfigurationError) in
      settings[keyPath: property] = try reader.read(value)
    }
  }

  init<Value>(
    _ name: String, _ placeholder: String, _ help: String, default defaultValue: String? = nil,
    _ property: any WritableKeyPath<Settings, Value?> & Sendable, _ reader: OptionReader<Value>
  ) {
    self.init(name, placeholder, help, default: defaultValue, property, reader.optional)
  }

  /// An option that adds a value each time.
  init<Value>(
    _ name: String, _ placeholder: String, _ help: String,
    addingTo property: any WritableKeyPath<Settings, [Value]> & Sendable, _ reader: OptionReader<Value>
  ) {
    self.init(OptionDescription(name, placeholder, help, isRepeatable: true)) {
      (settings: inout Settings, value: OptionValue) throws(ConfigurationError) in
      settings[keyPath: property].append(try reader.read(value))
    }
  }

  /// A flag, which sets a property to true.
  init(flag name: String, _ help: String, _ property: any WritableKeyPath<Settings, Bool> & Sendable) {
    self.init(OptionDescription(name, nil, help)) { settings, _ in settings[keyPath: property] = true }
  }

  /// An argument that follows the options.
  static func operand<Value>(
    _ placeholder: String, _ help: String, _ property: any WritableKeyPath<Settings, Value> & Sendable,
    _ reader: OptionReader<Value>
  ) -> Option { Option("", placeholder, help, property, reader) }

  /// A command with its arguments: all arguments from the first that isn't an option.
  static func command(
    _ placeholder: String, _ help: String, _ property: any WritableKeyPath<Settings, [String]> & Sendable
  ) -> Option {
    self.init(OptionDescription("", placeholder, help, isCommand: true)) { settings, value in
      settings[keyPath: property].append(value.text)
    }
  }

  /// The same option with another default in its help.
  func withDefault(_ text: String) -> Option {
    let old = description
    return Option(
      OptionDescription(
        old.name, old.placeholder, old.help, default: text, choices: old.choices, bounds: old.bounds,
        isRepeatable: old.isRepeatable), set)
  }

  /// The same option for settings that contain these.
  func within<Whole>(_ property: any WritableKeyPath<Whole, Settings> & Sendable) -> Option<Whole> {
    let set = set
    return Option<Whole>(description) { (whole: inout Whole, value: OptionValue) throws(ConfigurationError) in
      try set(&whole[keyPath: property], value)
    }
  }
}
