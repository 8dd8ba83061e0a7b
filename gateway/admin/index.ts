export { adminSettings, readAdminConfig, type AdminConfig } from './admin-config';
export { AdminDoor, type RunOperation } from './admin-door';
export { addAdminRoutes } from './admin-routes';
export { carryCookie } from './carry-cookie';
