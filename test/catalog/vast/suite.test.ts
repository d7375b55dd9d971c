import { describeCatalog } from '../suite.ts'
import { emulator, openAt, tableRows } from './place.ts'

describeCatalog('VAST DataBase', async () => {
  const server = await emulator()
  return {
    open: () => openAt(server),
    rows: (_catalog, table) => tableRows(server, table),
    dispose: () => server.close(),
  }
})
