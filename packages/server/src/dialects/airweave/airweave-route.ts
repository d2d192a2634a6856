import { routeFor, type RouteDeclaration } from '../../http/route.ts';
import type { Services } from '../../services.ts';
import type { Face } from './faces.ts';

export const route = routeFor<Services>();

/** A noun's routes on one face; operation ids are those of the published file. */
export type FaceRoutes = (face: Face) => readonly RouteDeclaration<Services>[];
