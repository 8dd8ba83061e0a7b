export { describeEachOn, describeOn } from './describe-on';
