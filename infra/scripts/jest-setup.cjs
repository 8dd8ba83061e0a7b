require('reflect-metadata');
const { types } = require('node:util');

// Jest runs each test file in a realm of its own, where the errors of Node's own modules are not `instanceof Error`.
// Production has one realm; this lets the tests see what production sees. Subclasses inherit the hook, hence the check.
Object.defineProperty(Error, Symbol.hasInstance, {
  value(instance) {
    const ordinary = Function.prototype[Symbol.hasInstance].call(this, instance);
    return ordinary || (this === Error && types.isNativeError(instance));
  },
});
