"""The globe: geodesic measures, lines, basemap and Leaflet pages. Knows no corridors."""
