export { watchFiles } from './watch-files';
