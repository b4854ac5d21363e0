DROP TABLE reporting.link_quality;
