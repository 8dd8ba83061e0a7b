require('reflect-metadata');
const { types } = require('node:util');

// The AWS SDK's notice about Node 20 would stand in every test's output.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

// Jest runs each test file in a realm of its own, where the errors of Node's own modules are not `instanceof Error`.
// Production has one realm; this lets the tests see what production sees. Subclasses inherit the hook, hence the check.
Object.defineProperty(Error, Symbol.hasInstance, {
  value(instance) {
    const ordinary = Function.prototype[Symbol.hasInstance].call(this, instance);
    return ordinary || (this === Error && types.isNativeError(instance));
  },
});
